"""Jobs: what a job is told (spec), says (events, journal), is asked (control), and who watches over it (supervisor).

Nothing here knows how to train or evaluate, and nothing here loads torch.
"""
