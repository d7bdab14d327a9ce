"""``python -m nova_docdb``: the command line."""

from nova_docdb.cli import main

if __name__ == "__main__":
    main(prog_name="nova-docdb")
