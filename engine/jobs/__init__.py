"""Work in the background: functions that it is given, one after another, behind three calls."""
