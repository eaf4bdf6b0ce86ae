# The components: one folder or a few, one library, one line of dependencies. A component names only its own
# dependencies; an application that does not ask for the component does not need them.
#
# Where tests/tidy speaks about who may include whom, it speaks about the same folders.

mesoscore_component(core
  DIRS lib/core lib/resources lib/allocator lib/master lib/agent lib/scheduler lib/executor
  PACKAGES tl-expected RE2
  LIBS tl::expected re2::re2
  PRIVATE_PACKAGES tsl-robin-map nlohmann_json
  PRIVATE_LIBS tsl::robin_map nlohmann_json::nlohmann_json
  PKGCONFIG_LIBS -lre2)

mesoscore_component(simulator
  DIRS lib/simulator
  DEPS core)

mesoscore_component(wire
  DIRS lib/wire
  DEPS core
  PRIVATE_PACKAGES Protozero
  PRIVATE_LIBS protozero::protozero)

mesoscore_component(storage_memory
  DIRS lib/storage/memory
  DEPS core)

mesoscore_component(storage_sqlite
  DIRS lib/storage/sqlite
  DEPS wire
  PACKAGES SQLite3
  LIBS SQLite::SQLite3
  PKGCONFIG_REQUIRES sqlite3)

mesoscore_component(recording
  DIRS lib/recording
  DEPS wire)

mesoscore_component(runtime
  DIRS lib/runtime lib/runtime/containers
  DEPS core
  PACKAGES Threads Asio
  LIBS Threads::Threads asio::asio
  PKGCONFIG_CFLAGS -pthread -DASIO_STANDALONE
  PKGCONFIG_LIBS -pthread)

mesoscore_component(transport_inproc
  DIRS transports/inproc
  DEPS runtime)

mesoscore_component(transport_stream  # what tcp and unix share
  DIRS transports/stream
  DEPS runtime wire)

mesoscore_component(transport_tcp
  DIRS transports/tcp
  DEPS transport_stream)

mesoscore_component(transport_unix
  DIRS transports/unix
  DEPS transport_stream)

# Carries a small supervisor executable inside: lib/isolators/process/CMakeLists.txt builds it.
mesoscore_component(isolator_process
  DIRS lib/isolators/process
  DEPS runtime)

mesoscore_component(isolator_cgroups
  DIRS lib/isolators/cgroups
  DEPS runtime)

mesoscore_component(isolator_linux
  DIRS lib/isolators/linux
  DEPS runtime)

mesoscore_component(isolator_seccomp
  DIRS lib/isolators/seccomp
  DEPS runtime
  PACKAGES Seccomp
  LIBS seccomp::seccomp
  PRIVATE_PACKAGES nlohmann_json
  PRIVATE_LIBS nlohmann_json::nlohmann_json
  PKGCONFIG_REQUIRES libseccomp)

mesoscore_component(http_client  # what docker, prober and fetcher share
  DIRS lib/http
  DEPS runtime
  PACKAGES CURL
  LIBS CURL::libcurl
  PKGCONFIG_REQUIRES libcurl)

mesoscore_component(isolator_docker
  DIRS lib/isolators/docker
  DEPS http_client
  PRIVATE_PACKAGES nlohmann_json
  PRIVATE_LIBS nlohmann_json::nlohmann_json)

mesoscore_component(prober_native
  DIRS lib/probers/native
  DEPS http_client)

mesoscore_component(fetcher_curl
  DIRS lib/fetchers/curl
  DEPS http_client
  PACKAGES LibArchive LibMd
  LIBS LibArchive::LibArchive LibMd::LibMd
  PKGCONFIG_REQUIRES libarchive libmd)

mesoscore_component(log_spdlog
  HEADER mesoscore/log/spdlog.hpp
  DEPS core
  PACKAGES spdlog
  LIBS spdlog::spdlog
  PKGCONFIG_REQUIRES spdlog)
