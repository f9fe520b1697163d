"""Corrections by people: what is reviewed, the files that reviewers export, and how they change a build."""
