"""What happened: event logs as columns, their readers and writers, their variants and their quality."""
