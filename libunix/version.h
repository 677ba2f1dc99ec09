/* libunix/version.h - what every program of the project answers to --version. */
#ifndef LIBUNIX_VERSION_H
#define LIBUNIX_VERSION_H

#define PROJECT_VERSION "0.1"

#endif
