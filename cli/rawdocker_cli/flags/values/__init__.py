"""The values of flags that need more than a kind: how their text is read, and where it goes in a request.

A function called `into_…` puts the value of one flag into a Draft, and knows nothing of other flags;
what flags mean together is in `rules`. All of them raise ValueError with docker's words.
"""
