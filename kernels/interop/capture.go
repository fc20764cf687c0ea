package interop

import _ "embed"

// CaptureHelper is a Python module that records the launches of a running
// program as launch records.
//
//go:embed capture.py
var CaptureHelper string
