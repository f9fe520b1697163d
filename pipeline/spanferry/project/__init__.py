"""New projects outside a checkout (`spanferry init`), new corpora in params.yaml, and what a build needs (`doctor`).

    files     the files of a new project, made from those of Spanferry's own repository by a rule
    corpora   adds a corpus to the text of params.yaml
    checks    checks that a build can run here

The files of the repository that match `manifest.txt` are in the wheel, for new projects.
"""
