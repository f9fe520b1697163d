"""Data sets of the Hugging Face Hub as sources: `hf:owner/name@revision`, and folders with the same layout."""
