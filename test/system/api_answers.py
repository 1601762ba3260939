"""api_answers.py DOCUMENT ANSWERS all|some: judges answers of the operator's API by its OpenAPI document.

Each line of ANSWERS is an object: method, target, and answer (head and body, as they came). Every
answer must be of a type and a schema that the document has for its path and status; every operation
must have been answered well at least once, if these are to be all. Prints what is wrong, a line each; then the exit status
is 1.
"""

import json
import re
import sys
from urllib.parse import urlsplit

import jsonschema

faults = []


def tell(text):
    if len(faults) < 200:
        print(text[:1500], file=sys.stderr)
    faults.append(text)


def references(value):
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "$ref":
                yield member
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


class Document:
    def __init__(self, document):
        self.document = document
        self.answered = set()
        self.operations = []  # pattern, path, method, operation
        for path, item in document["paths"].items():
            pattern = re.compile("/".join("[^/]+" if p.startswith("{") else re.escape(p) for p in path.split("/")))
            for method, operation in item.items():
                self.operations.append((path.count("{"), pattern, path, method, operation))
        self.operations.sort(key=lambda row: row[0])  # literal paths first

    def check(self):
        """Its schemas are schemas, and all that it refers to is there."""
        for name, schema in self.document["components"]["schemas"].items():
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as error:
                tell(f"schema {name}: {error.message}")
        for reference in sorted(set(references(self.document))):
            if self.resolve(reference) is None:
                tell(f"no such thing: {reference}")
        names = [row[4]["operationId"] for row in self.operations]
        for name in sorted({name for name in names if names.count(name) > 1}):
            tell(f"operationId twice: {name}")

    def resolve(self, reference):
        """What "#/a/b" leads to, or None."""
        found = self.document
        for name in reference.removeprefix("#/").split("/"):
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def find(self, method, path):
        for _, pattern, _, known, operation in self.operations:
            if known == method.lower() and pattern.fullmatch(path):
                return operation
        return None

    def response(self, operation, status):
        """Of that status; of a path that is not there the problem."""
        if operation is None:
            return self.document["components"]["responses"]["Problem"] if status >= 400 else None
        found = operation["responses"].get(str(status))
        if found is None and status >= 400:
            found = operation["responses"]["default"]
        return self.resolve(found["$ref"]) if found and "$ref" in found else found

    def judge(self, method, target, status, kind, body):
        operation = self.find(method, urlsplit(target).path)
        response = self.response(operation, status)
        where = f"{method} {target}: {status}"
        if is_page(urlsplit(target).path) and status < 400:
            return
        if response is None:
            tell(f"{where}: not described")
            return
        if operation is not None and status < 400:
            self.answered.add(operation["operationId"])
        content = response.get("content")
        if content is None:
            if body:
                tell(f"{where}: a body")
            return
        if kind not in content:
            tell(f"{where}: of type {kind}")
            return
        if not kind.endswith("json"):
            return
        # with what it refers to beside it, it is whole
        schema = {"components": self.document["components"], **content[kind]["schema"]}
        validator = jsonschema.Draft202012Validator(schema)
        error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(body)))
        if error is not None:
            tell(f"{where}: {error.json_path}: {error.message}")

    def tell_unanswered(self):
        for name in sorted({row[4]["operationId"] for row in self.operations} - self.answered):
            tell(f"{name}: was never answered well")


def is_page(path):
    """The page's files, of which the document says nothing; refusals are as everywhere."""
    return path == "/" or path.startswith("/gui/")


def main():
    with open(sys.argv[1]) as file:
        document = Document(json.load(file))
    document.check()
    count = 0
    with open(sys.argv[2]) as file:
        for line in file:
            row = json.loads(line)
            if row["method"] == "HEAD":  # as GET, without a body
                continue
            head, _, body = row["answer"].partition("\r\n\r\n")
            kind = re.search(r"(?im)^content-type: *([^;\r\n]+)", head)
            status = int(head.split()[1])
            document.judge(row["method"], row["target"], status, kind and kind.group(1), body)
            count += 1
    if sys.argv[3] == "all":
        document.tell_unanswered()
    print(f"{count} answers, {len(document.operations)} operations, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
