"""Pictures and reports: flows and nets drawn with what happened on them, and the HTML report. Words come from messages."""
