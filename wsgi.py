"""The application object for servers: `waitress-serve wsgi:app`, `flask --app wsgi …`."""

import gc

gc.disable()  # what is imported stays: looking for rubbish in it meanwhile takes a fifth of the start

from dossiers import create_app  # noqa: E402 - after that

app = create_app()
gc.enable()
