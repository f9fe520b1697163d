"""The reports of a build: the HTML page, the plots for DVC, the tables for the terminal, and the review sheets.

Every figure comes from loss.json (`spanferry.loss_figures`); this package does not count the corpus again.
"""
