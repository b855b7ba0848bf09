"""``python -m careatlas``."""

from careatlas.cli import main

if __name__ == "__main__":
    main()
