"""What all HTML pages share: their frame, their style sheet, and how charts are drawn."""
