"""Where we keep to the RFC and Envoy does not: names of cases ("stack: case", patterns of fnmatch), each with the reason."""

from fnmatch import fnmatchcase

DECLARED = {
    "absolute http://b.test?q": "RFC 3986 6.2.3: an empty path is the root, also before a query; Envoy finds no route for it",
    "field Expect: 100-continue": "RFC 9110 10.1.1: 100 asks for content, and this request has none",
    "malformed: empty Host": "RFC 9110 4.2.1: an http URI without a host is invalid",
    "HTTP/1.0: 1.0 upgrade": "RFC 9110 7.8: Upgrade is ignored in HTTP/1.0; Envoy refuses it",
    "HTTP/1.0: 1.0 expect": "RFC 9110 15.2: no 1xx to an HTTP/1.0 client; Envoy sends 100",
    "tunnels: websocket, 200 instead": "RFC 9110 7.8: an origin may ignore Upgrade and answer; Envoy drops that answer's content",
    "tunnels: websocket by POST": "the same, and content-length: 0 says nothing before a tunnel",
    "tunnels: websocket, 426": "nobody can know what follows a refused upgrade: the connection ends",
    "tunnels: CONNECT": "RFC 9110 8.6: no Content-Length in a 2xx to CONNECT",
    "http? origin: path /\u00e4": "RFC 9113 8.3.1: :path is a URI's, which has no bytes above ASCII",
    "http? origin: malformed: * than the length": "how much of a broken body went on before it broke depends on time",
    "http2 origin: answer a length that lies*": "the same, of an answer",
    "http? origin: answer 103 first*": "RFC 9110 15.2: a proxy forwards 1xx answers; Envoy forwards only 100",
}


def pattern(name):
    """The entry that declares this case, or None."""
    return next((each for each in DECLARED if each == name or fnmatchcase(name, each)), None)


def reason(name):
    return DECLARED.get(pattern(name))
