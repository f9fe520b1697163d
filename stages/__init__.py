"""One file a DVC stage: options, one call into `pipeline/`, one summary line."""
