"""Assignments: started by students, checked in public, graded on worlds nobody has seen.

A lab is a folder `labs/<nn>_<name>/`: a text, a starter, `lab.yml`, and `properties.py`, which says how
its data is made from a world and what a right answer must be like. The rest of it is here, once:

    catalogue   reads the folders
    worlds      worlds from a salt, and what is kept of them
    cases       the tables of a lab in a world, and the same shuffled or cut
    property    what a property is, and how answers are compared
    child       runs a submission; sandbox sets its limits, output reads what it left
    judge       holds what came out against the properties
    folder      the student's folder: start, check, submit
    grading     a whole class; exam: ten questions of one number each
"""
