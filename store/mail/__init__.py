"""Messages to people, sent by the worker and never by a request."""
