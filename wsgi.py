"""The WSGI application: what granian and gunicorn serve, and where `flask` finds the shop."""

from store.app import create_app
from store.settings import BadSettings

try:
    app = create_app()
except BadSettings as faults:
    raise SystemExit(str(faults)) from None
