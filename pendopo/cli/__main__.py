"""`python -m pendopo.cli` is the command `pendopo`."""

from pendopo.cli import main

if __name__ == "__main__":
    main(prog_name="pendopo")
