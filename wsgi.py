"""The WSGI application: what granian and gunicorn serve, and where `flask` finds the shop."""

from store.app import create_app

app = create_app()
