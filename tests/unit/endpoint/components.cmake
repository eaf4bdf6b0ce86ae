set(SUITE_COMPONENTS runtime transport_inproc)
