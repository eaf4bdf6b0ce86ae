# To run the suite over a transport of your own: put it into factories.cpp and its component here.
set(SUITE_COMPONENTS transport_inproc transport_tcp transport_unix)
set(SUITE_LABELS runtime)
set(SUITE_TIMEOUT_SECONDS 300)
