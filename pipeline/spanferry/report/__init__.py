"""What people and DVC see of a build: the page, the plots, the terminal's tables, the review sheets.

Every figure comes from loss.json (`spanferry.loss_figures`); nothing here counts the corpus a second time.
"""
