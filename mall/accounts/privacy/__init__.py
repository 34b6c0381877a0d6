"""
What people may ask of the mall about themselves (A3): to be asked before (``consents``), to take away what is known of
them (``downloading``), and to be forgotten (``erasing``). Apps say in their ``personal_data.py`` what they know of a
person and what becomes of it (``registry``).
"""
