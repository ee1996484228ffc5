"""Write the site: `python -m docs.site`, or `make site`."""

from __future__ import annotations

import os
import subprocess
import sys

from docs.site.source import BUILT, CONFIG, write_source


def main() -> None:
    """Write what the site is made of, and the site.

    Raises:
        SystemExit: if it cannot be made; what makes it has said why.
    """
    write_source()
    words = ["build", "--quiet", "--strict", "--config-file", str(CONFIG)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([sys.executable, "-m", "mkdocs", *words], check=False, env=quiet)
    if done.returncode:
        raise SystemExit(done.returncode)
    print(f"The site is in {BUILT}; open {BUILT / 'index.html'}.")


if __name__ == "__main__":
    main()
