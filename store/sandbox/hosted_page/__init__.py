"""The payment page that a buyer sees, and the index page for developers: plain HTML, no script."""
