"""`make step-versions`: writes each step's version and code digest to step_versions.json."""

from plugins.step_versions import FILE, write

if __name__ == "__main__":
    write()
    print(f"Written: {FILE.name}. Commit it with the change.")
