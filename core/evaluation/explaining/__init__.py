"""Why a network answers as it does: where it looked, what it takes for alike, and what makes it change its mind."""
