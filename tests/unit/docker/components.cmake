set(SUITE_COMPONENTS core runtime isolator_docker)
set(SUITE_LABELS runtime)
find_package(nlohmann_json REQUIRED)
set(SUITE_LIBS nlohmann_json::nlohmann_json)
