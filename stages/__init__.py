"""One module per DVC stage, with its options, one call into `spanferry`, and one summary line."""
