# The oracle: what our encoder writes is read by Google's protobuf, and the other way round. Only this suite needs it.
set(SUITE_COMPONENTS wire)
set(SUITE_PROTOS v1_subset.proto)
