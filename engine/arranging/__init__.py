"""Where the steps of a process stand and how its lines run, for a file that says what happens and draws nothing."""
