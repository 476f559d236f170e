"""Pictures and reports: flows and nets with what happened drawn on them, and the HTML report."""
