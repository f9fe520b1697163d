"""One module for each DVC stage: its options, one call into `spanferry`, and one summary line."""
