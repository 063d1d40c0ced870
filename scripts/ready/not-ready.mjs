/** Thrown when a checkout cannot be made ready; its message is complete and meant for a person. */
export class NotReady extends Error {}
