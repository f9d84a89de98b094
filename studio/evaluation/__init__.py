"""Judging a tuned model beside its base: metrics, intervals, paired comparison, verdict, scorecard; body.py is the job.

Only body.py and losses.py reach torch, through studio.inference.generate; everything else is safe for the page.
"""
