# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -DOUT=x.c -DSYMBOL=xd_embedded_x "-DFILES=a.yaml|b.yaml" -P embed.cmake
# Writes a C file with the bytes of FILES in a table of struct xd_embedded (core/base/embed.h).
string(REPLACE "|" ";" FILES "${FILES}")
set(c "/* Made by cmake/embed.cmake. */\n#include \"base/embed.h\"\n\n")
set(table "")
set(n 0)
foreach(file ${FILES})
    get_filename_component(name ${file} NAME_WLE)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    string(APPEND c "static const char f${n}[] = {\n${bytes}0};\n")
    string(APPEND table "    {\"${name}\", f${n}, sizeof(f${n}) - 1},\n")
    math(EXPR n "${n} + 1")
endforeach()
string(APPEND c "\nextern const struct xd_embedded ${SYMBOL}[];\n"
    "const struct xd_embedded ${SYMBOL}[] = {\n${table}    {0, 0, 0},\n};\n")
file(WRITE ${OUT} "${c}")
