# The proxy's HTTP through real sockets: what RFC 9110 to 9113 demand, hostile peers, floods, a real Envoy, real clients.
if(TARGET proxy)
  # Debian's own interpreter: it is the one that finds Debian's packages (scripts/packages).
  set(python /usr/bin/python3)
  foreach(check malformed_requests malformed_responses forwarded floods clients)
    add_test(NAME http_${check}
             COMMAND ${python} ${CMAKE_CURRENT_LIST_DIR}/http/${check}.py --proxy ${LAB_PROGRAMS}/proxy)
    set_tests_properties(http_${check} PROPERTIES LABELS conformance TIMEOUT 300 RUN_SERIAL ON)
  endforeach()
  # Installs what it runs when it is missing; it does not skip.
  add_test(NAME h2spec COMMAND ${CMAKE_SOURCE_DIR}/scripts/h2spec ${LAB_PROGRAMS}/proxy)
  set_tests_properties(h2spec PROPERTIES LABELS conformance TIMEOUT 600 RUN_SERIAL ON)
  add_test(NAME http_differential COMMAND ${CMAKE_SOURCE_DIR}/scripts/differential)
  set_tests_properties(http_differential PROPERTIES LABELS conformance TIMEOUT 600 RUN_SERIAL ON ENVIRONMENT LAB_PROXY=${LAB_PROGRAMS}/proxy)
endif()
