"""The commands. Only here errors are printed, exit codes picked and objects built."""
