# What `cmake --install` leaves: program, libraries, headers, package files.
#
# Two export sets, so that who wants schedules alone needs neither MPI nor HDF5.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lockstep)
install(TARGETS lockstep_cli)
install(TARGETS lockstep_schedule EXPORT lockstep-schedule FILE_SET HEADERS)
install(TARGETS lockstep EXPORT lockstep FILE_SET HEADERS)
foreach(set lockstep-schedule lockstep)
  install(EXPORT ${set} NAMESPACE lockstep:: FILE ${set}-targets.cmake
    DESTINATION ${package_dir})
endforeach()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lockstepConfig.cmake.in
  ${PROJECT_BINARY_DIR}/lockstepConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lockstepConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/lockstepConfig.cmake
  ${PROJECT_BINARY_DIR}/lockstepConfigVersion.cmake
  DESTINATION ${package_dir})

# A static library's users link what it uses, under the names found here.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(pkgconfig_libs ${MPI_C_LIBRARIES} ${HDF5_C_LIBRARIES} ${OPENSSL_CRYPTO_LIBRARY}
  ${ZLIB_LIBRARIES} ${CMAKE_THREAD_LIBS_INIT})
list(REMOVE_DUPLICATES pkgconfig_libs)
list(JOIN pkgconfig_libs " " pkgconfig_libs)
# From the .pc file's place, so that an installed tree can be moved.
file(RELATIVE_PATH pkgconfig_up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
  ${CMAKE_INSTALL_PREFIX})
foreach(name lockstep lockstep-schedule)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in
    ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig_dir})
endforeach()

# Man pages and completion, from the program's own tables; not where it cannot run here.
if(NOT CMAKE_CROSSCOMPILING)
  set(pages_dir ${PROJECT_BINARY_DIR}/pages)
  add_custom_command(OUTPUT ${pages_dir}/lockstep.bash
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/make_pages.sh $<TARGET_FILE:lockstep_cli>
            ${pages_dir}
    DEPENDS lockstep_cli ${PROJECT_SOURCE_DIR}/scripts/make_pages.sh VERBATIM)
  add_custom_target(pages ALL DEPENDS ${pages_dir}/lockstep.bash)
  install(DIRECTORY ${pages_dir}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    FILES_MATCHING PATTERN "*.1")
  install(FILES ${pages_dir}/lockstep.bash RENAME lockstep
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
