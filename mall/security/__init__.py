"""
The quarterly report about security (R7): who may do what, who is badly guarded, what was tried, what is open, whether
the chains hold, which libraries have known holes, and whether the settings are those of production. ``gathering`` asks,
``printing`` writes it as PDF, ``keeping`` makes one each quarter for staff to fetch.
"""
