//go:build !((darwin || linux) && (amd64 || arm64))

package capi

import "errors"

var errNoLibrary = errors.New("there is no MLX for this system")

func load(string) (uintptr, error) { return 0, errNoLibrary }

func symbol(uintptr, string) (uintptr, error) { return 0, errNoLibrary }
