"""Write every generated file that is out of date, and print its name."""

from tests.generated.files import FILES, ROOT


def main():
    for path, text in FILES.items():
        new = text()
        if not path.exists() or path.read_text(encoding="utf-8") != new:
            path.write_text(new, encoding="utf-8")
            print(path.relative_to(ROOT))  # noqa: T201 - it is a command


main()
