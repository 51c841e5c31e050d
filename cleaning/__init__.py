"""Takes out of an uploaded file what is no part of its pages; run as a program of its own (`python -m cleaning`).

What people send is read by large libraries in C. So it is read here, in a process that has a limit on memory and time
and can fail without anybody else noticing; `dossiers/papers/judging.py` starts it. It knows nothing of the application.
"""
