"""Metrics as Prometheus sees them: fetched over HTTP/1.1, and read by its own client's parser."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families

ADDRESS = r"metrics on (\S+), at /metrics"


class Metrics:
    """`Metrics(host)`: each look asks the host anew."""

    def __init__(self, host):
        self.url = f"http://{host.wait_for_log(ADDRESS).group(1)}/metrics"

    def text(self) -> str:
        with urllib.request.urlopen(self.url, timeout=20) as answer:
            assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
            return answer.read().decode()

    def families(self) -> dict:
        return {family.name: family for family in text_string_to_metric_families(self.text())}

    def samples(self) -> dict[tuple[str, frozenset], float]:
        """Value by name and labels; a series that is there twice is an error."""
        found = {}
        for family in self.families().values():
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in found, f"{key} is there twice"
                found[key] = sample.value
        return found

    def sum(self, name: str, **labels: str) -> float:
        """All series of that name with those labels, together; 0 where there is none."""
        wanted = set(labels.items())
        return sum(value for (found, its), value in self.samples().items() if found == name and wanted <= its)

    def labels(self, name: str, label: str) -> set[str]:
        """The values that a label has in that name's series."""
        return {dict(its).get(label, "") for found, its in self.samples() if found == name}
