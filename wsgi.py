"""The application object for servers: `waitress-serve wsgi:app`, `flask --app wsgi …`."""

from dossiers import create_app

app = create_app()
