#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""requests.py URL COUNT: asks for a file COUNT times over one connection and checks each answer's length."""

import http.client
import sys
import urllib.parse


def main():
    url = urllib.parse.urlparse(sys.argv[1])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    sizes = set()
    for _ in range(int(sys.argv[2])):
        connection.request("GET", url.path)
        response = connection.getresponse()
        sizes.add((response.status, len(response.read())))
    if len(sizes) != 1 or sizes.pop()[0] != 200:
        sys.exit(f"requests.py: {sys.argv[1]} had different answers")


if __name__ == "__main__":
    main()
