#!/usr/bin/env node
// Checked in because npm links a bin only when its file exists at install time.
import '../dist/main.js'
