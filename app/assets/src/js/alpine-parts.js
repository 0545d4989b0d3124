// State that never reaches the server, by name: <div x-data="fold">. The CSP build knows no inline code.
export default {
  fold: () => ({
    isOpen: false,
    toggle() {
      this.isOpen = !this.isOpen;
    },
  }),
};
