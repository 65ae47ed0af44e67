"""From lines and a destination to a quote that says what is to be paid, and why."""
